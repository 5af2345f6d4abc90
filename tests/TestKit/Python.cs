using System.ComponentModel;
using System.Diagnostics;

namespace ModelServing.TestKit;

/// <summary>The Python of this machine.</summary>
public static class Python
{
    /// <summary>Finds a Python that has modules; null if no Python has them.</summary>
    public static async Task<string?> FindAsync(string modules, CancellationToken cancellation)
    {
        foreach (var python in (string[])["python3", "/usr/bin/python3"])
        {
            try
            {
                var start = new ProcessStartInfo(python, ["-c", $"import {modules}"]) { RedirectStandardError = true };
                using var process = Process.Start(start)!;
                _ = await process.StandardError.ReadToEndAsync(cancellation);
                await process.WaitForExitAsync(cancellation);
                if (process.ExitCode == 0)
                    return python;
            }
            catch (Win32Exception)
            {
                // There is no such program.
            }
        }

        return null;
    }
}
