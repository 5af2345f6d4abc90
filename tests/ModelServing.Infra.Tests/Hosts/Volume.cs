namespace ModelServing.Infra.Tests.Hosts;

/// <summary>What is mounted into a container: an empty folder that may be written into.</summary>
/// <param name="Path">Where.</param>
/// <param name="Size">Its limit, as in <c>1Gi</c>.</param>
internal sealed record Volume(string Path, string Size);
