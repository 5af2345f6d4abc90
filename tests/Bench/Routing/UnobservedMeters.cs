using System.Diagnostics.Metrics;

namespace ModelServing.Bench.Routing;

/// <summary>Creates meters with a name that has no listener, so their instruments do nothing.</summary>
internal sealed class UnobservedMeters : IMeterFactory
{
    public Meter Create(MeterOptions options) => new("unobserved");

    public void Dispose()
    {
    }
}
