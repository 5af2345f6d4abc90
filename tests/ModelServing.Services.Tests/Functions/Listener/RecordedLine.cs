namespace ModelServing.Services.Tests.Functions.Listener;

/// <summary>A line of a log, with its call.</summary>
internal sealed record RecordedLine(string? CallId, string Message, Exception? Exception);
