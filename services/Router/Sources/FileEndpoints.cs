using Microsoft.Extensions.Logging;
using ModelServing.Contracts;
using ModelServing.Hosting;
using ModelServing.Router.Metrics;

namespace ModelServing.Router.Sources;

/// <summary>Reads endpoints from a file, which <c>ms up</c> writes each time a version's process starts or ends.</summary>
internal sealed class FileEndpoints(string path, RouterMetrics metrics, TimeProvider time, ILogger<FileEndpoints> logger) : IEndpointSource
{
    private readonly PolledFile file = new(path, RoutingTableUpdater.Period, time, EndpointsDocument.MaxBytes);
    private volatile Content? last;
    private volatile string? refusal;

    public EndpointsDocument Current => last?.Document ?? EndpointsDocument.None;

    // A missing file means that there are no endpoints yet. One that can't be used says nothing about them.
    public string? Unknown => last is null ? refusal : null;

    public Task ReadForAsync(IReadOnlyCollection<(ModelName Model, ModelVersion Version)> versions, CancellationToken cancellation)
    {
        try
        {
            // The program that writes both files writes the endpoints first.
            Apply(file.ReadNow());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Refuse(e.Message);
        }

        return Task.CompletedTask;
    }

    public Task FollowAsync(Func<Task> changed, CancellationToken cancellation) => file.FollowAsync(
        content =>
        {
            // The bytes are kept.
            Apply(content is { } read ? new ReadOnlyMemory<byte>(read.ToArray()) : null);
            return changed();
        },
        Refuse,
        cancellation);

    private void Apply(ReadOnlyMemory<byte>? read)
    {
        if (read is not { } utf8)
        {
            if (last is not null)
                Refuse($"{path} is gone");
            return;
        }

        if (last is { } known && utf8.Span.SequenceEqual(known.Utf8.Span))
            return;
        try
        {
            last = new Content(EndpointsDocument.Parse(utf8.Span), utf8);
        }
        catch (ContractException e)
        {
            Refuse($"{path}: {e.Message}");
        }
    }

    private void Refuse(string why)
    {
        refusal = $"no endpoints yet: {why}";
        metrics.Refused("endpoints");
        SourcesLog.Refused(logger, "endpoints", why);
    }

    /// <summary>A document and what it was read from. Only an unchanged content leads to the same document, which tables compare.</summary>
    private sealed record Content(EndpointsDocument Document, ReadOnlyMemory<byte> Utf8);
}
