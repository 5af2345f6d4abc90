namespace ModelServing.Contracts.Admin;

/// <summary>A version that is kept ready without traffic.</summary>
public sealed record KeptVersionStatus(ModelVersion Version, int ReadyEndpoints);
