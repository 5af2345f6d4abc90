using System.Diagnostics;

namespace ModelServing.TestKit;

/// <summary>The memory of a process that may end at any moment.</summary>
public static class PeakMemory
{
    /// <summary>Returns the most memory that a process has had, in bytes, resident; 0 if it has ended.</summary>
    public static long BytesOf(Process process)
    {
        ArgumentNullException.ThrowIfNull(process);
        try
        {
            process.Refresh();
            return process.PeakWorkingSet64;
        }
        catch (InvalidOperationException)
        {
            return 0;
        }
    }
}
