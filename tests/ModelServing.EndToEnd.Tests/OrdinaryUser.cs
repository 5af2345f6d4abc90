using System.Diagnostics;
using ModelServing.Contracts;

namespace ModelServing.EndToEnd.Tests;

/// <summary>A user for whom permissions of files count. If root runs the tests, that is another user.</summary>
internal static class OrdinaryUser
{
    // The overflow user of Linux, who owns nothing.
    private const string Id = "65534";

    private static readonly string[] Become = ["setpriv", $"--reuid={Id}", $"--regid={Id}", "--clear-groups", "--"];

    internal static void SkipUnlessPossible(string program)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the permissions are Linux's");
        if (!Environment.IsPrivilegedProcess)
            return;
        Assert.SkipUnless(File.Exists("/usr/bin/setpriv"), "setpriv not found: apt-get install -y util-linux");
        using var probe = Process.Start(new ProcessStartInfo(
            Become[0], [.. Become[1..], "bash", "-c", "test -r \"$0\" && dotnet --list-runtimes", program])
        { RedirectStandardOutput = true, RedirectStandardError = true })!;
        _ = probe.StandardError.ReadToEndAsync();
        _ = probe.StandardOutput.ReadToEnd();
        probe.WaitForExit();
        Assert.SkipWhen(probe.ExitCode != 0, $"another user than root can't start {program}");
    }

    /// <summary>The command through which a host of that user starts.</summary>
    /// <param name="one">A folder that becomes the user's, with everything in it.</param>
    /// <param name="another">Another one.</param>
    internal static string[] Command(string one, string another) => !Environment.IsPrivilegedProcess
        ? []
        :
        [
            "bash", "-c",
            $"chown -R {Id}:{Id} \"$0\" \"$1\" \"$(dirname \"${HostEnvironment.NameOf(nameof(HostSettings.AddressFile))}\")\""
                + $" && shift && exec {string.Join(' ', Become)} \"$@\"",
            one, another,
        ];
}
