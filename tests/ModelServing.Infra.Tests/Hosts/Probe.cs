namespace ModelServing.Infra.Tests.Hosts;

/// <summary>What the kubelet asks.</summary>
/// <param name="Port">The port, a number.</param>
/// <param name="Path">The path.</param>
internal sealed record Probe(int Port, string Path);
