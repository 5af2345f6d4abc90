using System.CommandLine;
using ModelServing.Contracts;

namespace ModelServing.Cli;

/// <summary>The options for the identity that calls OCI. By default it is a user of OCI's configuration file. The variables of OCI's own
/// tools apply too; ours take precedence.</summary>
internal sealed class OciOptions
{
    private const string CliProfile = "OCI_CLI_PROFILE";
    private const string CliConfigFile = "OCI_CLI_CONFIG_FILE";

    private readonly Func<string, string?> environment;
    private readonly Option<string?> identity = new("--identity")
    {
        Description = $"The identity that calls OCI: {OciIdentities.Form}. Default: {OciSettings.IdentityVariable}, else config-file.",
    };

    private readonly Option<string?> profile = new("--profile")
    {
        Description = $"The profile in OCI's configuration file. Default: {OciSettings.ProfileVariable} or {CliProfile}, else DEFAULT.",
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

    /// <summary>Reads the settings for calls to OCI.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="region">The region; null takes the environment's, else the identity's.</param>
    /// <exception cref="CommandException">The identity on the command line is unknown.</exception>
    /// <exception cref="ContractException">A variable has an invalid value; the message names it.</exception>
    internal OciSettings Read(ParseResult arguments, string? region)
    {
        var typed = arguments.GetValue(identity);
        if (typed is not null && OciIdentities.Parse(typed) is null)
            throw new CommandException(ExitCode.WrongInput, $"--identity: '{typed}' is not an identity; it must be {OciIdentities.Form}");
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
