/** Containers whose position in their stream is remembered while learning; the one that came first is forgotten. */
const MAX_CONTAINERS = 1024;

/** What is remembered of a container, begun where it is new; `forgotten` takes what made room for it. */
export function rememberedOf<Container>(
  containers: Map<string, Container>,
  name: string,
  begin: () => Container,
  forgotten: (container: Container) => void,
): Container {
  const known = containers.get(name);
  if (known !== undefined) return known;
  const made = begin();
  containers.set(name, made);
  for (const [oldest, container] of containers) {
    if (containers.size <= MAX_CONTAINERS) break;
    forgotten(container);
    containers.delete(oldest);
  }
  return made;
}
