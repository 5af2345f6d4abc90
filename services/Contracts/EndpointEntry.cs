namespace ModelServing.Contracts;

/// <summary>One process that answers for a version.</summary>
/// <param name="Address">IP address and port, as in <c>127.0.0.1:40001</c>.</param>
/// <param name="Process">The process's identifier, for people; 0 if it is unknown.</param>
public sealed record EndpointEntry(ModelName Model, ModelVersion Version, string Address, int Process);
