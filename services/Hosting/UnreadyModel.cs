namespace ModelServing.Hosting;

/// <summary>A model that the server has, but for which it can't answer requests at the moment.</summary>
public sealed record UnreadyModel(string Name, string Why);
