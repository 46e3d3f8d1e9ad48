/** Pictures: a file of the folder as one, and the maps of a model. */
import { useEffect, useRef, useState } from "preact/hooks"
import type { MapPicture } from "./scene/stage.ts"
import type { FileSource } from "./source.ts"

interface Props {
  readonly source: FileSource
  readonly path: string
  readonly alt: string
  readonly class: string
}

/** A picture file. Its bytes come with the token, which an address in `src` could not carry. */
export function Picture({ alt, class: name, path, source }: Props) {
  const [url, setUrl] = useState<string>()
  useEffect(() => {
    let made: string | undefined
    let isOver = false
    source.bytes(path).then(
      (bytes) => {
        if (isOver) return
        made = URL.createObjectURL(new Blob([bytes]))
        setUrl(made)
      },
      () => {}
    )
    return () => {
      isOver = true
      if (made !== undefined) URL.revokeObjectURL(made)
      setUrl(undefined)
    }
  }, [source, path])
  return url === undefined ? <span class={name} /> : <img class={name} src={url} alt={alt} />
}

function MapCanvas({ map }: { readonly map: MapPicture }) {
  const canvas = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    canvas.current?.getContext("2d")?.drawImage(map.image, 0, 0, map.width, map.height)
  }, [map])
  return <canvas ref={canvas} width={map.width} height={map.height} role="img" aria-label={map.title} />
}

/** The maps of a model as they are. */
export function Maps({ maps }: { readonly maps: ReadonlyArray<MapPicture> }) {
  return (
    <div class="view-maps">
      {maps.length === 0 ? <p>The model has no maps: it has one colour a material.</p> : null}
      {maps.map((map) => (
        <figure key={map.title}>
          <MapCanvas map={map} />
          <figcaption>
            {map.title} <span class="view-quiet">{`${map.width} × ${map.height}`}</span>
          </figcaption>
        </figure>
      ))}
    </div>
  )
}
