using ModelServing.TestKit.Emulation;

namespace ModelServing.TestKit.ControlPlane;

/// <summary>A request that <see cref="ControlPlaneEmulator"/> received.</summary>
/// <param name="Target">The path and the query as they were sent.</param>
/// <param name="Operation">The operation; null if the emulator does not have it.</param>
public sealed record ControlPlaneRequest(string Target, ControlPlaneOperation? Operation)
    : EmulatorRequest<ControlPlaneOperation>(Operation)
{
    /// <summary>The path.</summary>
    public string Path => Target.Split('?')[0];
}
