using System.Runtime.InteropServices;

namespace ModelServing.Runtime.FirstRuns;

/// <summary>The ways in which the process of a first run ends itself.</summary>
internal static partial class ProcessEnd
{
    /// <summary>Ends it at once: no destructor of a library runs, and no thread is waited for.</summary>
    internal static void Now(int exitCode)
    {
        if (OperatingSystem.IsWindows())
            Environment.Exit(exitCode);
        else
            Exit(exitCode);
    }

    /// <summary>Ends it when its input ends, because then the program that started it has ended.</summary>
    internal static void With(Stream input) => new Thread(() =>
    {
        try
        {
            while (input.ReadByte() >= 0)
            {
            }
        }
        catch (IOException)
        {
            // As if it had ended.
        }

        Now(1);
    })
    {
        IsBackground = true,
        Name = "watch input",
    }.Start();

    [LibraryImport("libc", EntryPoint = "_exit")]
    private static partial void Exit(int exitCode);
}
