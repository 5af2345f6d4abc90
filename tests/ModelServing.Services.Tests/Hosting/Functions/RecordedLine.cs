namespace ModelServing.Services.Tests.Hosting.Functions;

/// <summary>A line of a log, with the call that it is of.</summary>
internal sealed record RecordedLine(string? CallId, string Message, Exception? Exception);
