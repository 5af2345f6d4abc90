using System.CommandLine;
using Spectre.Console;

namespace ModelServing.Cli.Doctor;

/// <summary><c>ms doctor</c>: checks this machine, or a stack before it is applied.</summary>
internal static class DoctorCommand
{
    internal static Command Create() => Create(Environment.GetEnvironmentVariable);

    internal static Command Create(Func<string, string?> environment)
    {
        var json = new Option<bool>("--json") { Description = "Print the findings as JSON." };
        // An emulator of all services, for tests.
        var endpoint = new Option<Uri?>("--endpoint")
        {
            Hidden = true,
            CustomParser = static result =>
            {
                if (Uri.TryCreate(result.Tokens[0].Value, UriKind.Absolute, out var address) && address.Scheme is "http" or "https")
                    return address;
                result.AddError("--endpoint: this is not an address with http or https");
                return null;
            },
        };
        var stack = new StackOptions("Check this stack in the cloud before 'pulumi up', instead of this machine.");
        var oci = new OciOptions(environment);
        var command = new Command("doctor", """
            Check whether this machine can run the platform, or with --stack, whether an apply of a stack
            would fail: limits and quotas, versions and images, rights, names that are taken, and the
            cluster's RBAC. It only reads.

            The exit code is 0 if all is well, 1 if something would fail, and 2 if nothing would, but
            something could not be asked. What no program can ask is a note, and does not count.
            """)
        {
            json, endpoint,
        };
        stack.AddTo(command);
        oci.AddTo(command);
        command.SetAction((arguments, _) => Terminal.RunAsync(arguments.GetValue(json), async (terminal, signals) =>
        {
            var location = stack.Read(arguments);
            var findings = stack.IsGiven(arguments)
                ? await new StackCheckup(location, Tools.OfThisMachine, arguments.GetValue(endpoint))
                    .RunAsync(region => oci.Read(arguments, region), signals.Stop)
                : await new MachineCheckup(location, AppContext.BaseDirectory, Tools.OfThisMachine).RunAsync(signals.Stop);
            return Print(terminal, new DoctorReport(findings));
        }));
        return command;
    }

    /// <summary>Prints the report, and returns its exit code.</summary>
    internal static int Print(Terminal terminal, DoctorReport report)
    {
        terminal.Result(report.Document(), _ => new Rows(report.Lines().Select(static line => new TerminalLine(new Text(line)))));
        return report.ExitCode;
    }
}
