using System.CommandLine;
using ModelServing.Contracts;

namespace ModelServing.Cli;

/// <summary>The options that say as whom OCI is asked: a user of OCI's configuration file, unless something else is said. The variables of
/// OCI's own tools are heeded, after ours.</summary>
internal sealed class OciOptions
{
    private const string CliProfile = "OCI_CLI_PROFILE";
    private const string CliConfigFile = "OCI_CLI_CONFIG_FILE";

    private readonly Func<string, string?> environment;
    private readonly Option<string?> identity = new("--identity")
    {
        Description = $"As whom OCI is asked: {OciIdentities.Form}. Without it {OciSettings.IdentityVariable}, else config-file.",
    };

    private readonly Option<string?> profile = new("--profile")
    {
        Description = $"The profile in OCI's configuration file. Without it {OciSettings.ProfileVariable} or {CliProfile}, else DEFAULT.",
    };

    internal OciOptions()
        : this(Environment.GetEnvironmentVariable)
    {
    }

    internal OciOptions(Func<string, string?> environment) => this.environment = environment;

    internal void AddTo(Command command)
    {
        command.Options.Add(identity);
        command.Options.Add(profile);
    }

    /// <summary>How OCI is asked.</summary>
    /// <param name="arguments">What was typed.</param>
    /// <param name="region">The region; null leaves it to the environment, else to the identity.</param>
    /// <exception cref="CommandException">What was typed is no identity.</exception>
    /// <exception cref="ContractException">A variable has a value that can't be one; the message names it.</exception>
    internal OciSettings Read(ParseResult arguments, string? region)
    {
        var typed = arguments.GetValue(identity);
        if (typed is not null && OciIdentities.Parse(typed) is null)
            throw new CommandException(ExitCode.WrongInput, $"--identity: '{typed}' is none; it has to be {OciIdentities.Form}");
        return OciSettings.Read(new HostEnvironment(name => name switch
        {
            OciSettings.IdentityVariable => typed ?? Set(name) ?? OciIdentities.Text(OciIdentity.ConfigFile),
            OciSettings.ProfileVariable => arguments.GetValue(profile) ?? Set(name) ?? Set(CliProfile),
            OciSettings.ConfigFileVariable => Set(name) ?? Set(CliConfigFile),
            OciSettings.RegionVariable => region ?? Set(name),
            _ => environment(name),
        }))!;
    }

    private string? Set(string variable) => environment(variable) is { Length: > 0 } value ? value : null;
}
