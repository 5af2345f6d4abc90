using System.CommandLine;
using ModelServing.Cli.Rollouts;
using ModelServing.Cli.Up;
using ModelServing.Settings;

namespace ModelServing.Cli.Features;

/// <summary>The options for the feature server that a command calls, and for the client's key.</summary>
/// <remarks>
/// <code>
/// (none of them)    the feature server of the 'ms up' that runs on this machine for the stack
/// --server URL      this address; in the cloud, the port of 'kubectl port-forward'
/// --key-file FILE   the client's key; else MODELSERVING_OPERATOR_KEY; else the operator's key of the 'ms up'
/// </code>
/// </remarks>
internal sealed class FeatureServerOptions
{
    // A string, because System.CommandLine does not parse a Uri.
    private readonly Option<string?> server = new("--server")
    {
        Description = "The feature server, such as http://127.0.0.1:8080. Default: that of the 'ms up' on this machine.",
    };

    private readonly Option<string?> keyFile = new("--key-file")
    {
        Description = $"The file with a client's key. Default: {AdminOptions.KeyVariable}, else the key of the 'ms up' on this machine.",
    };

    private readonly Func<string, string?> environment;
    private readonly StackOptions stack = new();

    internal FeatureServerOptions(Func<string, string?>? environment = null) =>
        this.environment = environment ?? Environment.GetEnvironmentVariable;

    internal void AddTo(Command command)
    {
        stack.AddTo(command);
        command.Options.Add(server);
        command.Options.Add(keyFile);
    }

    /// <summary>Makes a client of the feature server.</summary>
    /// <exception cref="CommandException">No address is given and no feature server runs here, or the key can't be read, or must not be
    /// sent to that address.</exception>
    internal FeatureClient Open(ParseResult arguments)
    {
        var key = arguments.GetValue(keyFile) is { } file ? ReadKey(file) : environment(AdminOptions.KeyVariable);
        if (arguments.GetValue(server) is not { } text)
        {
            var (address, ownKey) = Find(stack.ReadRunning(arguments));
            return new FeatureClient(address, key is { Length: > 0 } ? key : ReadKey(ownKey));
        }

        if (!Uri.TryCreate(text, UriKind.Absolute, out var named) || named.Scheme is not ("http" or "https"))
            throw new CommandException(ExitCode.WrongInput, $"--server: '{text}' is not an http address such as http://127.0.0.1:8080");
        if (key is { Length: > 0 } && named is { Scheme: "http", IsLoopback: false })
        {
            throw new CommandException(
                ExitCode.WrongInput,
                $"--server: '{named}' is another machine, and plain http would expose the key; forward the port (kubectl " +
                    "port-forward) or use https");
        }

        return new FeatureClient(named, key);
    }

    private static (Uri Address, string KeyFile) Find(StackLocation stack)
    {
        var folder = stack.StateFolder(stack.Read().Settings.Local);
        var running = StateFolder.Running(folder).ToList();
        foreach (var platform in running)
        {
            if (FeatureHost.AddressIn(platform) is { } address)
                return (address, PlatformFiles.OperatorKeyIn(platform));
        }

        throw new CommandException(
            ExitCode.Failed,
            running.Count == 0
                ? $"no 'ms up' is running here for the stack {stack.Name} ({folder})"
                : $"the 'ms up' of the stack {stack.Name} runs no feature server, because {StackFile.Namespace}features.views is empty",
            "For the cloud, forward the feature server's port and use --server (docs/features.md).");
    }

    private static string ReadKey(string path)
    {
        try
        {
            return File.ReadAllText(path).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCode.WrongInput, $"the key can't be read: {e.Message}");
        }
    }
}
