using ModelServing.Hosting.Access;

namespace ModelServing.Services.Tests.Hosting.Access;

/// <summary>Records of attempts.</summary>
internal static class SomeAccess
{
    internal static readonly DateTimeOffset Noon = new(2026, 11, 29, 12, 0, 0, TimeSpan.Zero);

    /// <summary>An attempt that was answered.</summary>
    internal static AccessRecord Record(Ulid request, int attempt = 1, bool isOfRouter = true, int status = 200) => new()
    {
        Source = isOfRouter ? AccessSource.Router : AccessSource.Version,
        RequestId = request,
        Time = Noon,
        Attempt = attempt,
        Model = "fraud",
        Version = attempt == 1 ? 2 : 1,
        Variant = attempt == 1 ? "canary" : "stable",
        Status = status,
        Times = isOfRouter
            ? new AccessTimes(TimeSpan.FromMilliseconds(12))
            {
                Routing = TimeSpan.FromMicroseconds(40),
                Version = TimeSpan.FromMilliseconds(11),
            }
            : new AccessTimes(TimeSpan.FromMilliseconds(10))
            {
                Read = TimeSpan.FromMilliseconds(0.5),
                Queue = TimeSpan.FromMilliseconds(1),
                Model = TimeSpan.FromMilliseconds(8),
                Encode = TimeSpan.FromMilliseconds(0.25),
            },
    };

    /// <summary>A request that another host answered.</summary>
    internal static AccessRecord Other(Ulid request, AccessSource source, string operation, int status = 200) => new()
    {
        Source = source,
        RequestId = request,
        Time = Noon,
        Attempt = 0,
        Operation = operation,
        Status = status,
        Times = new AccessTimes(TimeSpan.FromMilliseconds(2)),
    };
}
