using System.Diagnostics;
using System.Security.Cryptography;
using ModelServing.Cli.Images;
using ModelServing.Cli.Up;
using ModelServing.Contracts;
using ModelServing.Oci;
using ModelServing.Settings;
using ModelServing.Settings.Models;

namespace ModelServing.Cli.Doctor;

/// <summary>Checks whether <c>ms up</c> can run on this machine. It changes nothing.</summary>
/// <remarks>
/// <code>
/// 1 sdk          the .NET SDK that global.json asks for, in a checkout
/// 2 programs     the programs that 'ms up' starts are built
/// 3 packages     OCI's SDK, or its stand-in
/// 4 stack file   its settings
/// 5 port         the API's port on 127.0.0.1
/// 6 disk         free space for the state and for temporary files
/// 7 permissions  the state folder can be written
/// 8 tools        those that only an apply needs
/// </code>
/// </remarks>
/// <param name="stack">The stack that <c>ms up</c> would run.</param>
/// <param name="program">The folder of this program.</param>
/// <param name="tools">The tools of this machine.</param>
internal sealed class MachineCheckup(StackLocation stack, string program, Tools tools)
{
    /// <summary>The free space below which a spool or an artifact may not fit.</summary>
    internal const long LeastFreeBytes = 1L << 30;

    internal async Task<IReadOnlyList<Finding>> RunAsync(CancellationToken cancellation)
    {
        var findings = new List<Finding>
        {
            // 1 to 3
            await SdkAsync(cancellation),
            Programs(),
            Packages(),
        };

        // 4
        var file = Read(findings);
        var state = file is null ? Path.Combine(stack.Folder, LocalSettings.StateRoot) : stack.StateFolder(file.Settings.Local);

        // 5 to 7
        if (file is not null)
            findings.Add(Port(file, state));
        findings.Add(Disk("disk (state)", state));
        findings.Add(Disk("disk (temporary)", Path.GetTempPath()));
        findings.Add(Permissions(state));

        // 8
        findings.AddRange(await tools.CheckAsync(isApply: false, cancellation));
        return findings;
    }

    private async Task<Finding> SdkAsync(CancellationToken cancellation)
    {
        SourceCheckout checkout;
        try
        {
            checkout = SourceCheckout.Find(program);
        }
        catch (CommandException)
        {
            return Finding.Note("sdk", "this program is not in a checkout, so it builds nothing and needs no SDK");
        }

        var start = new ProcessStartInfo(HostPrograms.Dotnet(), ["--version"]) { WorkingDirectory = checkout.Folder };
        const string Install = "https://dotnet.microsoft.com/download";
        return await tools.RunAsync(start, cancellation) switch
        {
            { Code: 0, Output: [var version, ..] } => Finding.Good("sdk", $"{version} is one that global.json accepts"),
            { } exit => Finding.Wrong("sdk", $"no installed SDK fits global.json: {First(exit)}", Install),
            null => Finding.Wrong("sdk", "dotnet does not start", Install),
        };

        static string First(ToolExit exit) => exit.Errors.Concat(exit.Output).FirstOrDefault(static line => line.Length > 0) ?? "no reason";
    }

    private Finding Programs()
    {
        try
        {
            _ = HostPrograms.Find(program, HostPrograms.Dotnet());
            return Finding.Good("programs", "all that 'ms up' starts are built");
        }
        catch (CommandException e)
        {
            return Finding.Wrong("programs", $"{e.Lines.Count} of those that 'ms up' starts are missing: {e.Lines[0]}", "./dev build");
        }
    }

    private static Finding Packages() => OciSdk.IsDouble
        ? Finding.Note(
            "packages",
            "this build has a stand-in for OCI's SDK, because the package source lacked it; it runs everything on this machine, but it "
                + "can neither apply a stack nor push images",
            "rm SdkDoubles.props && ./dev build")
        : Finding.Good("packages", $"OCI's SDK {OciSdk.Version}");

    private StackFile? Read(List<Finding> findings)
    {
        try
        {
            var file = stack.Read();
            var faults = file.Check();
            findings.AddRange(faults.Count == 0
                ? [Finding.Good("stack file", $"{stack.FileName} is correct")]
                : faults.Select(fault => Finding.Wrong("stack file", fault.ToLine(stack.FileName), null)));
            return file;
        }
        catch (CommandException e) when (!stack.Exists)
        {
            findings.Add(Finding.Wrong("stack file", e.Lines[0], $"{OwnCommand.Name} init"));
            return null;
        }
        catch (CommandException e)
        {
            findings.AddRange(e.Lines.Select(static line => Finding.Wrong("stack file", line, null)));
            return null;
        }
    }

    private Finding Port(StackFile file, string state)
    {
        if (StateFolder.Running(state).Count > 0)
            return Finding.Good("port", "the platform of this stack runs here");
        try
        {
            var port = ApiPort.Choose(stack, file);
            return Finding.Good("port", $"{port.Number} on 127.0.0.1 is free");
        }
        catch (CommandException e)
        {
            return Finding.Wrong(
                "port", e.Lines[0], $"ss -ltnp 'sport = :{file.Settings.Local.Port ?? ApiPort.First}'   (shows what holds it)");
        }
    }

    private static Finding Disk(string check, string folder)
    {
        var place = Existing(folder);
        try
        {
            var free = new DriveInfo(place).AvailableFreeSpace;
            var text = $"{free >> 20:N0} MiB are free at {place}";
            return free >= LeastFreeBytes
                ? Finding.Good(check, text)
                : Finding.Wrong(check, $"{text}; at least {LeastFreeBytes >> 20:N0} MiB are needed", $"df -h {OwnCommand.Word(place)}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return Finding.Unasked(check, $"the free space at {place} is unknown: {e.Message}");
        }
    }

    private static Finding Permissions(string folder)
    {
        var place = Existing(folder);
        var probe = Path.Combine(place, $".doctor-{RandomNumberGenerator.GetHexString(8, lowercase: true)}");
        try
        {
            using (new FileStream(probe, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose))
            {
            }

            return Finding.Good("permissions", $"{place} can be written");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Finding.Wrong(
                "permissions", $"{place} can't be written: {e.Message}", $"ls -ld {OwnCommand.Word(place)}   (then chown or chmod)");
        }
    }

    // What 'ms up' creates does not exist yet.
    private static string Existing(string folder)
    {
        var place = Path.GetFullPath(folder);
        while (!Directory.Exists(place) && Path.GetDirectoryName(place) is { } parent)
            place = parent;
        return place;
    }
}
