using ModelServing.TestKit.Emulation;

namespace ModelServing.TestKit.ObjectStorage;

/// <summary>The upper bound of the emulator's stored bytes. All its buckets share it.</summary>
internal sealed class Quota(long max)
{
    private long used;

    /// <summary>Reserves bytes, or releases them if the number is negative.</summary>
    internal void Reserve(long bytes)
    {
        if (Interlocked.Add(ref used, bytes) <= max || bytes <= 0)
            return;
        Interlocked.Add(ref used, -bytes);
        throw new EmulatorError(400, "QuotaExceeded", $"the emulator stores at most {max} bytes");
    }
}
