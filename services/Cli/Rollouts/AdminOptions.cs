using System.CommandLine;
using ModelServing.Contracts;

namespace ModelServing.Cli.Rollouts;

/// <summary>The options for the router's admin API that a command calls, and for the operator's credential.</summary>
/// <remarks>
/// <code>
/// (none of them)      the 'ms up' that runs on this machine for the stack
/// --admin URL         this address; in the cloud, the port of 'kubectl port-forward', or the API Gateway if the stack enables that
/// --key-file FILE     the operator's key; else MODELSERVING_OPERATOR_KEY; else the key of the 'ms up'
/// --token-file FILE   the operator's token (JWT) instead of a key; an API Gateway needs it; else MODELSERVING_OPERATOR_TOKEN
/// </code>
/// </remarks>
internal sealed class AdminOptions
{
    internal const string KeyVariable = "MODELSERVING_OPERATOR_KEY";
    internal const string TokenVariable = "MODELSERVING_OPERATOR_TOKEN";

    // A string, because System.CommandLine does not parse a Uri.
    private readonly Option<string?> admin = new("--admin")
    {
        Description = "The router's admin API, such as http://127.0.0.1:8081, or the API Gateway's address. Default: the 'ms up' on " +
            "this machine.",
    };

    private readonly Option<string?> keyFile = new("--key-file")
    {
        Description = $"The file with the operator's key. Default: {KeyVariable}, else the key of the 'ms up' on this machine.",
    };

    private readonly Option<string?> tokenFile = new("--token-file")
    {
        Description = $"The file with the operator's token (JWT), instead of a key. Default: {TokenVariable}.",
    };

    private readonly Func<string, string?> environment;
    private readonly StackOptions stack = new();

    internal AdminOptions(Func<string, string?>? environment = null) =>
        this.environment = environment ?? Environment.GetEnvironmentVariable;

    internal void AddTo(Command command)
    {
        stack.AddTo(command);
        command.Options.Add(admin);
        command.Options.Add(keyFile);
        command.Options.Add(tokenFile);
    }

    internal StackLocation Stack(ParseResult arguments) => stack.ReadRunning(arguments);

    /// <summary>Whether the command line names the admin API.</summary>
    internal bool IsGiven(ParseResult arguments) => arguments.GetValue(admin) is not null;

    /// <summary>The options as they were typed, for commands in messages.</summary>
    internal string Typed(ParseResult arguments)
    {
        var typed = stack.Typed(arguments);
        foreach (var option in (Option<string?>[])[admin, keyFile, tokenFile])
        {
            if (arguments.GetValue(option) is { } value)
                typed += $" {option.Name} {OwnCommand.Word(value)}";
        }

        return typed;
    }

    /// <summary>Makes a client of the admin API.</summary>
    /// <exception cref="CommandException">No address is given and no platform runs here, the credential is missing, or it must not be sent
    /// to that address.</exception>
    internal AdminClient Open(ParseResult arguments)
    {
        var (address, credential) = Read(arguments);
        return new AdminClient(address, credential);
    }

    /// <summary>The admin API's address, and the credential for it.</summary>
    /// <exception cref="CommandException">As for <see cref="Open"/>.</exception>
    internal (Uri Address, OperatorCredential Credential) Read(ParseResult arguments)
    {
        var given = CredentialOf(arguments);
        if (arguments.GetValue(admin) is not { } text)
        {
            var running = RunningPlatform.Find(stack.ReadRunning(arguments));
            return (running.Admin, given ?? OperatorCredential.OfKey(Read(running.KeyFile, "key")));
        }

        if (!Uri.TryCreate(text, UriKind.Absolute, out var named) || named.Scheme is not ("http" or "https"))
            throw new CommandException(ExitCode.WrongInput, $"--admin: '{text}' is not an http address such as http://127.0.0.1:8081");
        if (given is null)
        {
            throw new CommandException(
                ExitCode.WrongInput,
                $"--admin needs the operator's key (--key-file or {KeyVariable}) or token (--token-file or {TokenVariable})");
        }

        if (named is { Scheme: "http", IsLoopback: false })
        {
            throw new CommandException(
                ExitCode.WrongInput,
                $"--admin: '{named}' is another machine, and plain http would expose the credential; forward the port (kubectl " +
                    $"port-forward) or use https");
        }

        return (named, given);
    }

    // The command line takes precedence over the environment.
    private OperatorCredential? CredentialOf(ParseResult arguments)
    {
        var (key, token) = (arguments.GetValue(keyFile), arguments.GetValue(tokenFile));
        if (key is not null && token is not null)
            throw new CommandException(ExitCode.WrongInput, "--key-file and --token-file: use only one of the two");
        if (key is not null)
            return OperatorCredential.OfKey(Read(key, "key"));
        if (token is not null)
            return OperatorCredential.OfToken(Read(token, "token"));
        (key, token) = (environment(KeyVariable), environment(TokenVariable));
        if (key is { Length: > 0 } && token is { Length: > 0 })
            throw new CommandException(ExitCode.WrongInput, $"{KeyVariable} and {TokenVariable} are both set; set only one of the two");
        return key is { Length: > 0 } ? OperatorCredential.OfKey(key) : token is { Length: > 0 } ? OperatorCredential.OfToken(token) : null;
    }

    private static string Read(string path, string kind)
    {
        string text;
        try
        {
            text = File.ReadAllText(path).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCode.WrongInput, $"the operator's {kind} can't be read: {e.Message}");
        }

        // A header value can't contain a line break.
        return text.Length > 0 && text.All(static c => c is > ' ' and < '\x7f')
            ? text
            : throw new CommandException(ExitCode.WrongInput, $"{path} does not contain a {kind}: it must be one word");
    }
}
