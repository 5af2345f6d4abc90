namespace ModelServing.Features.Events.Log;

/// <summary>Names the present run of the machine: a name that changes when the machine starts again.</summary>
internal static class MachineRun
{
    private const string File = "/proc/sys/kernel/random/boot_id";

    /// <summary>The name; the same for all runs of a system that has none.</summary>
    internal static string Name { get; } = Read();

    private static string Read()
    {
        try
        {
            return System.IO.File.Exists(File) ? System.IO.File.ReadAllText(File).Trim() : "unknown";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "unknown";
        }
    }
}
