/** The few icons of the console, drawn on a grid of 16. Decorative: the word beside them says it. */
import type { ReactNode } from 'react'

const paths = {
  overview: <path d="M2 9.5h4.5V14H2zM9.5 2H14v5H9.5zM2 2h4.5v4.5H2zM9.5 10H14v4H9.5z" />,
  deploys: <path d="M8 14V5M4 8.5 8 4.5l4 4M2.5 2h11" />,
  executions: <path d="M3.5 2.5v4M3.5 9.5v4M3.5 6.5h9v3M3.5 9.5a1.5 1.5 0 1 1 0 .01M12.5 11a1.5 1.5 0 1 1 0 .01" />,
  hosts: <path d="M2.5 3h11v4h-11zM2.5 9h11v4h-11zM5 5h.01M5 11h.01" />,
  machines: <path d="M2.5 2.5h5v4h-5zM8.5 9.5h5v4h-5zM5 6.5v5h3.5" />,
  locks: <path d="M3.5 7h9v6.5h-9zM5.5 7V5a2.5 2.5 0 0 1 5 0v2" />,
  access: <path d="M5.5 13a3.5 3.5 0 1 1 2.9-5.4H14v2.6h-1.6V12h-2.2v-1.6H8.6A3.5 3.5 0 0 1 5.5 13zM5.2 9.5h.01" />,
  people: (
    <path d="M6 7.5a2.75 2.75 0 1 0 0-5.5 2.75 2.75 0 0 0 0 5.5zM1.5 14v-1a4 4 0 0 1 4-3.5h1a4 4 0 0 1 4 3.5v1M11 2.3a2.75 2.75 0 0 1 0 5M12 9.8a4 4 0 0 1 2.5 3.2v1" />
  ),
  audit: <path d="M4 2h6l2.5 2.5V14H4zM6 7h4.5M6 9.5h4.5M6 12h2.5" />,
  menu: <path d="M2 4h12M2 8h12M2 12h12" />,
  close: <path d="m3.5 3.5 9 9M12.5 3.5l-9 9" />,
  search: <path d="M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10zM10.7 10.7 14 14" />,
  add: <path d="M8 3v10M3 8h10" />,
  copy: <path d="M5.5 5.5h8v8h-8zM3.5 10.5h-1v-8h8v1" />,
  check: <path d="m3 8.5 3.2 3.2L13 4.8" />,
  more: <path d="M3 8h.01M8 8h.01M13 8h.01" strokeWidth="2.4" />,
  settings: (
    <path d="M2 4.5h7M12.5 4.5H14M2 11.5h1.5M7 11.5h7M9 4.5a1.75 1.75 0 1 0 3.5 0 1.75 1.75 0 0 0-3.5 0M3.5 11.5a1.75 1.75 0 1 0 3.5 0 1.75 1.75 0 0 0-3.5 0" />
  ),
  open: <path d="m5.5 3.5 5 4.5-5 4.5" />,
  stop: <path d="M4 4h8v8H4z" />,
  back: <path d="M6 3.5 2.5 7 6 10.5M2.5 7h7a4 4 0 0 1 0 8H8" transform="translate(0 -1)" />,
  pause: <path d="M5.5 3.5v9M10.5 3.5v9" strokeWidth="2" />,
  play: <path d="M4.5 3v10l8-5z" />,
  stepBack: <path d="M12 3.5 6.5 8l5.5 4.5zM4 3.5v9" />,
  stepOn: <path d="M4 3.5 9.5 8 4 12.5zM12 3.5v9" />,
  origin: <path d="M3.5 3a1.5 1.5 0 1 1 0 .01M3.5 4.5v5a2 2 0 0 0 2 2h7M10 8.5l3 3-3 3" />,
  again: <path d="M13 8a5 5 0 1 1-1.5-3.5L13 6M13 2.5V6H9.5" />,
  link: (
    <path d="M6.5 9.5a3 3 0 0 0 4.3 0l2-2a3 3 0 0 0-4.3-4.3l-.6.6M9.5 6.5a3 3 0 0 0-4.3 0l-2 2a3 3 0 0 0 4.3 4.3l.6-.6" />
  ),
} satisfies Record<string, ReactNode>

export type IconName = keyof typeof paths

export function Icon({ name, size = 16 }: { readonly name: IconName; readonly size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.4"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      {paths[name]}
    </svg>
  )
}
