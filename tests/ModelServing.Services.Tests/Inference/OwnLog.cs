using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using ModelServing.Services.Tests.Functions.Listener;

namespace ModelServing.Services.Tests.Inference;

/// <summary>The lines that our own code logs. ASP.NET Core writes many more, which no host shows.</summary>
internal sealed class OwnLog : ILoggerFactory
{
    private readonly RecordedLog log = new();

    internal IReadOnlyCollection<RecordedLine> Lines => log.Lines;

    public ILogger CreateLogger(string categoryName) =>
        categoryName.StartsWith("ModelServing.", StringComparison.Ordinal) ? log : NullLogger.Instance;

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public void Dispose()
    {
    }
}
