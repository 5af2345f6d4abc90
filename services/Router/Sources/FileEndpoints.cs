using Microsoft.Extensions.Logging;
using ModelServing.Contracts;
using ModelServing.Hosting;
using ModelServing.Router.Metrics;

namespace ModelServing.Router.Sources;

/// <summary>The endpoints in a file, which <c>ms up</c> writes at each start or death.</summary>
internal sealed class FileEndpoints(string path, RouterMetrics metrics, TimeProvider time, ILogger<FileEndpoints> logger) : IEndpointSource
{
    private readonly PolledFile file = new(path, RoutingTableUpdater.Period, time, EndpointsDocument.MaxBytes);
    private volatile EndpointsDocument? last;

    public EndpointsDocument Current => last ?? EndpointsDocument.None;

    // A file that is not there yet says that no version is.
    public string? Unknown => null;

    public Task ReadForAsync(IReadOnlyCollection<(ModelName Model, ModelVersion Version)> versions, CancellationToken cancellation)
    {
        try
        {
            // Whoever writes both writes the endpoints first.
            Take(file.ReadNow());
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
            Take(content);
            return changed();
        },
        Refuse,
        cancellation);

    private void Take(byte[]? content)
    {
        if (content is null)
        {
            if (last is not null)
                Refuse($"{path} is gone");
            return;
        }

        try
        {
            last = EndpointsDocument.Parse(content);
        }
        catch (ContractException e)
        {
            Refuse($"{path}: {e.Message}");
        }
    }

    private void Refuse(string why)
    {
        metrics.Refused("endpoints");
        SourcesLog.Refused(logger, "endpoints", why);
    }
}
