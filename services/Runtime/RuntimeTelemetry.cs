using System.Runtime.InteropServices;

namespace ModelServing.Runtime;

/// <summary>
/// ONNX Runtime's telemetry. By default, its official builds keep a database in the user's cache folder and send events to their maker. Our
/// programs send nothing to anybody, so it is turned off.
/// </summary>
public static partial class RuntimeTelemetry
{
    /// <summary>The variable that turns it off, from before the first event on.</summary>
    public const string Variable = "ORT_DISABLE_TELEMETRY";

    /// <summary>Turns it off in this process. Call it before anything of the runtime is used.</summary>
    public static void TurnOff()
    {
        // For child processes, and for Windows.
        Environment.SetEnvironmentVariable(Variable, "1");
        if (OperatingSystem.IsWindows())
            return;
        // .NET changes only its own copy of the environment. The library reads the C library's.
        _ = SetVariable(Variable, "1", 1);
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetVariable(string name, string value, int replace);
}
