namespace ModelServing.Infra.Tests.Hosts;

/// <summary>A probe of the kubelet.</summary>
internal sealed record Probe(int Port, string Path);
