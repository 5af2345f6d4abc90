namespace ModelServing.Contracts;

/// <summary>One process that answers for a version.</summary>
/// <param name="Model">The model.</param>
/// <param name="Version">The version.</param>
/// <param name="Address">IP address and port, as in <c>127.0.0.1:40001</c>.</param>
/// <param name="Process">The process's identifier, for a person who looks; 0 where nobody knows it.</param>
public sealed record EndpointEntry(ModelName Model, ModelVersion Version, string Address, int Process);
