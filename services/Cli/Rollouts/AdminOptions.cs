using System.CommandLine;

namespace ModelServing.Cli.Rollouts;

/// <summary>The options that say which router's admin API a command speaks to, and as whom.</summary>
/// <remarks>
/// <code>
/// (none of them)               the 'ms up' that runs on this machine for the stack
/// --admin URL                  that one: in the cloud, what 'kubectl port-forward' listens on
/// --key-file FILE              the operator's key; else MODELSERVING_OPERATOR_KEY; else that of the 'ms up'
/// </code>
/// </remarks>
internal sealed class AdminOptions
{
    internal const string KeyVariable = "MODELSERVING_OPERATOR_KEY";

    private readonly Option<Uri?> admin = new("--admin") { Description = "The router's admin API, as in http://127.0.0.1:8081. Without it: that of the 'ms up' which runs here." };
    private readonly Option<string?> keyFile = new("--key-file") { Description = $"The file that holds the operator's key. Without it: {KeyVariable}, or the key of the 'ms up' which runs here." };
    private readonly StackOptions stack = new();

    internal void AddTo(Command command)
    {
        stack.AddTo(command);
        command.Options.Add(admin);
        command.Options.Add(keyFile);
    }

    /// <summary>The stack that is named.</summary>
    internal StackLocation Stack(ParseResult arguments) => stack.Of(arguments);

    /// <summary>The admin API.</summary>
    /// <exception cref="CommandException">None was named and none runs here, or there is no key.</exception>
    internal AdminClient Open(ParseResult arguments)
    {
        var key = arguments.GetValue(keyFile) is { } file ? ReadKey(file) : Environment.GetEnvironmentVariable(KeyVariable) is { Length: > 0 } given ? given : null;
        if (arguments.GetValue(admin) is { } named)
        {
            if (!named.IsAbsoluteUri || named.Scheme is not ("http" or "https"))
                throw new CommandException(ExitCode.WrongInput, $"--admin: '{named}' is no http address, as in http://127.0.0.1:8081");
            return new AdminClient(named, key ?? throw new CommandException(ExitCode.WrongInput, $"with --admin there has to be the operator's key, in --key-file or {KeyVariable}"));
        }

        var location = stack.Of(arguments);
        var running = RunningPlatform.Find(location);
        return new AdminClient(running.Admin, key ?? ReadKey(running.KeyFile));
    }

    private static string ReadKey(string path)
    {
        try
        {
            return File.ReadAllText(path).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCode.WrongInput, $"the operator's key can't be read: {e.Message}");
        }
    }
}
