namespace ModelServing.Hosting;

/// <summary>A model that a server serves but can't answer for now.</summary>
public sealed record UnreadyModel(string Name, string Why);
