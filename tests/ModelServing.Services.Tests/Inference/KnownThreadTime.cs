using ModelServing.Inference.Models;

namespace ModelServing.Services.Tests.Inference;

/// <summary>Says that each run has used the processor for a given time, however busy the machine is.</summary>
internal sealed class KnownThreadTime(TimeSpan ofRun) : ThreadTime
{
    internal override TimeSpan? Current => TimeSpan.Zero;

    internal override TimeSpan? AtMost => TimeSpan.Zero;

    internal override int Clock => 1;

    internal override TimeSpan? On(int threadClock) => ofRun;
}
