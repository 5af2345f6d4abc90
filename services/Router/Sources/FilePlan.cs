using ModelServing.Contracts;
using ModelServing.Hosting;

namespace ModelServing.Router.Sources;

/// <summary>Reads the plan from a file, which <c>ms up</c> writes.</summary>
internal sealed class FilePlan(string path, TimeProvider time) : IPlanSource
{
    private readonly PolledFile file = new(path, RoutingTableUpdater.Period, time, PlanDocument.MaxBytes);
    private bool wasThere;

    public string Name => path;

    public Task FollowAsync(Func<ReadOnlyMemory<byte>, Task> changed, Action<string> refused, CancellationToken cancellation) =>
        file.FollowAsync(
            content =>
            {
                if (content is { } plan)
                {
                    wasThere = true;
                    return changed(plan);
                }

                // A file that never existed is still awaited.
                if (wasThere)
                    refused($"{path} is gone");
                return Task.CompletedTask;
            },
            refused,
            cancellation);
}
