/** Mantine in our habits: system fonts, 13 px text, a grid of 4 px, one accent. The colours of the five states stand in theme.css. */
import { createTheme } from '@mantine/core'

export const theme = createTheme({
  fontFamily: 'system-ui, -apple-system, "Segoe UI", "Hiragino Sans", "Noto Sans CJK JP", "Yu Gothic UI", sans-serif',
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, "Noto Sans Mono CJK JP", monospace',
  fontSizes: { xs: '12px', sm: '13px', md: '14px', lg: '16px', xl: '20px' },
  lineHeights: { xs: '1.35', sm: '1.45', md: '1.5', lg: '1.5', xl: '1.4' },
  spacing: { xs: '4px', sm: '8px', md: '12px', lg: '16px', xl: '24px' },
  headings: {
    fontWeight: '650',
    sizes: { h1: { fontSize: '20px' }, h2: { fontSize: '15px' }, h3: { fontSize: '13px' } },
  },
  defaultRadius: 'sm',
  radius: { sm: '6px' },
  primaryColor: 'blue',
  primaryShade: { light: 7, dark: 6 },
  colors: {
    // Fields, menus and dialogs in the dark: of the same blue grey as what they stand on.
    dark: [
      '#e7e9ed',
      '#c3c8d0',
      '#a2a9b5',
      '#7f8794',
      '#3b424d',
      '#2c313a',
      '#1f232a',
      '#1b1e24',
      '#14161a',
      '#0f1114',
    ],
    blue: [
      '#eef4ff',
      '#dbe6fe',
      '#bdd2fc',
      '#93b5fa',
      '#6795f5',
      '#5a8bf0',
      '#2f62e0',
      '#2456c9',
      '#1f49a8',
      '#1d3f88',
    ],
  },
  cursorType: 'pointer',
  components: {
    Button: { defaultProps: { size: 'xs' } },
    ActionIcon: { defaultProps: { variant: 'subtle', color: 'gray' } },
    TextInput: { defaultProps: { size: 'xs' } },
    Select: { defaultProps: { size: 'xs' } },
    Tooltip: { defaultProps: { openDelay: 300, withArrow: true, events: { hover: true, focus: true, touch: true } } },
  },
})
