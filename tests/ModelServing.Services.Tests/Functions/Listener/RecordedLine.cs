namespace ModelServing.Services.Tests.Functions.Listener;

/// <summary>A line of a log, with the call that it is of.</summary>
internal sealed record RecordedLine(string? CallId, string Message, Exception? Exception);
