namespace ModelServing.Infra.Tests.Hosts;

/// <summary>An empty, writable folder that is mounted into a container.</summary>
/// <param name="Path">The path in the container.</param>
/// <param name="Size">Its limit, as in <c>1Gi</c>.</param>
internal sealed record Volume(string Path, string Size);
