using System.Runtime.InteropServices;

namespace ModelServing.Inference.Memory;

/// <summary>
/// The C library's allocator, which ONNX Runtime and <see cref="NativeBytes"/> use. By default it keeps much of what was freed, for each
/// thread apart, and counts with a machine of its own.
/// </summary>
internal static partial class SystemAllocator
{
    // malloc.h of the GNU C library.
    private const int TrimThreshold = -1;
    private const int MapThreshold = -3;
    private const int MostArenas = -8;

    /// <summary>Limits what the allocator keeps. Does nothing with another C library than GNU's.</summary>
    internal static void Limit()
    {
        const int Mebibyte = 1024 * 1024;
        try
        {
            // Larger blocks go back to the system at once. A fixed size also ends its growing with each large block that is freed.
            _ = SetOption(MapThreshold, 4 * Mebibyte);
            _ = SetOption(TrimThreshold, 8 * Mebibyte);
            _ = SetOption(MostArenas, 2);
        }
        catch (Exception e) when (e is EntryPointNotFoundException or DllNotFoundException)
        {
            // Then memory is kept for longer, within the limits of the budget.
        }
    }

    /// <summary>Gives free pages back to the system.</summary>
    internal static void Trim()
    {
        try
        {
            _ = Trim(0);
        }
        catch (Exception e) when (e is EntryPointNotFoundException or DllNotFoundException)
        {
            // As above.
        }
    }

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int SetOption(int option, int value);

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int Trim(nint keep);
}
