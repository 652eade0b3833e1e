import { describe, expect, it } from 'vitest'
import { withoutComments } from './code.ts'
import { fixedPortSign, healthSign, portSign } from './source-signs.ts'

const of = (path: string, text: string): ReadonlyMap<string, string> => new Map([[path, text]])

describe('the port that an app is given', () => {
  it.each([
    ['a.js', 'listen(process.env.PORT ?? 3000)'],
    ['a.js', "listen(process.env['PORT'])"],
    ['a.js', 'listen(process.env?.PORT)'],
    ['a.ts', "import { env } from 'node:process'\nserve({ port: env.PORT })"],
    ['a.js', 'const {\n  HOST,\n  PORT = 3000,\n} = process.env'],
    ['a.ts', "const port = config.get<number>('PORT', 3000)"],
    ['a.ts', 'export const env = z.object({ PORT: z.coerce.number() }).parse(process.env)'],
    ['a.ts', 'cleanEnv(process.env, { PORT: port({ default: 3000 }) })'],
    ['a.ts', "Deno.serve({ port: Number(Deno.env.get('PORT')) })"],
    ['a.js', "fetch('http://a/b'); listen(process.env.PORT) // the host says where"],
    ['a.py', 'app.run(port=int(os.environ["PORT"]))'],
    ['a.py', "uvicorn.run(app, port=int(os.environ.get('PORT', 8000)))"],
    ['a.py', 'port = os.getenv("PORT")'],
    ['a.py', 'class Settings(BaseSettings):\n    PORT: int = 8000'],
    ['a.rb', "set :port, ENV['PORT']"],
    ['a.rb', "port ENV.fetch('PORT') { 3000 }"],
    ['a.go', 'port := os.Getenv("PORT")'],
    ['a.go', 'port, ok := os.LookupEnv("PORT")'],
  ])('is read in %s: %j', (path, text) => {
    expect(portSign(of(path, text))).toMatchObject({ value: 'PORT' })
  })

  it.each([
    ['a comment', 'a.js', '// set process.env.PORT to change it\nlisten(3000)'],
    ['a comment behind code', 'a.js', 'listen(3000) // TODO: process.env.PORT'],
    ['a block of comment', 'a.ts', '/*\n * process.env.PORT is not read\n */\nlisten(3000)'],
    ['a constant of that name', 'a.js', 'const PORT = 3000\nif (process.env.DEBUG) log()\nlisten(PORT)'],
    ['the environment of a child', 'a.js', 'spawn(app, { env: { ...process.env, PORT: 3000 } })'],
    ['another variable', 'a.js', 'connect(process.env.DB_PORT, process.env.PORT_RANGE)'],
    ['a text that speaks of it', 'a.js', "console.log('set PORT in the env to change it'); listen(3000)"],
    ['a comment of Python', 'a.py', '# os.environ["PORT"]\napp.run(port=8000)'],
    [
      'what documents a function',
      'a.py',
      'def run():\n    """Reads os.environ["PORT"] one day."""\n    app.run(port=8000)',
    ],
    ['a comment of Ruby', 'a.rb', "# ENV['PORT']\nset :port, 3000"],
    ['a comment of Go', 'a.go', '// os.Getenv("PORT")\nhttp.ListenAndServe(":8080", nil)'],
  ])('is not read in %s', (_, path, text) => {
    expect(portSign(of(path, text))).toBeUndefined()
  })

  it('is told with the line where it is read', () => {
    expect(portSign(of('src/a.js', '// process.env.PORT\n\nlisten(process.env.PORT)'))?.place).toBe('src/a.js:3')
  })
})

it('a port or a path in a comment is no sign either', () => {
  const sources = of('a.js', "// .listen(3000) and '/health' one day\nlisten()")
  expect([fixedPortSign(sources), healthSign(sources)]).toEqual([undefined, undefined])
})

it('comments go, and everything else stays where it was', () => {
  const text = 'const a = "//no" // yes\nconst b = `/* no\n */` /* yes\n */ + /[\'"]/ // yes\nc()'
  const code = withoutComments('a.js', text)
  expect(code.split('\n').map((line) => line.length)).toEqual(text.split('\n').map((line) => line.length))
  expect(code.replaceAll(/ +/g, ' ')).toBe('const a = "//no" \nconst b = `/* no\n */` \n + /[\'"]/ // yes\nc()')
})
