using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace ModelServing.Services.Tests.Functions.Listener;

/// <summary>A log that a test reads.</summary>
internal sealed class RecordedLog : ILoggerFactory, ILogger
{
    private readonly AsyncLocal<string?> callId = new();
    private readonly ConcurrentQueue<RecordedLine> lines = [];

    internal IReadOnlyCollection<RecordedLine> Lines => lines;

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter) =>
        lines.Enqueue(new RecordedLine(callId.Value, formatter(state, exception), exception));

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull
    {
        if (state is not IEnumerable<KeyValuePair<string, object>> values
            || values.FirstOrDefault(static value => value.Key == "callId").Value is not string id)
            return null;
        var before = callId.Value;
        callId.Value = id;
        return new Scope(this, before);
    }

    public void Dispose()
    {
    }

    private sealed class Scope(RecordedLog log, string? before) : IDisposable
    {
        public void Dispose() => log.callId.Value = before;
    }
}
