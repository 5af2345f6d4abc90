namespace ModelServing.Cli.Up;

/// <summary>Where a ready host answers.</summary>
/// <param name="Url">As in <c>http://127.0.0.1:40001</c>.</param>
/// <param name="Process">Its process's identifier.</param>
internal sealed record HostAddress(Uri Url, int Process);
