using System.CommandLine;

namespace ModelServing.Cli.Rollouts;

/// <summary>The options that say which router's admin API a command speaks to, and as whom.</summary>
/// <remarks>
/// <code>
/// (none of them)               the 'ms up' that runs on this machine for the stack
/// --admin URL                  that one: in the cloud, what 'kubectl port-forward' listens on, or the API Gateway where the stack turned that on
/// --key-file FILE              the operator's key; else MODELSERVING_OPERATOR_KEY; else that of the 'ms up'
/// --token-file FILE            the operator's token (JWT) in place of a key, which is what an API Gateway takes; else MODELSERVING_OPERATOR_TOKEN
/// </code>
/// </remarks>
internal sealed class AdminOptions
{
    internal const string KeyVariable = "MODELSERVING_OPERATOR_KEY";
    internal const string TokenVariable = "MODELSERVING_OPERATOR_TOKEN";

    // A text: the parser makes no Uri.
    private readonly Option<string?> admin = new("--admin") { Description = "The router's admin API, as in http://127.0.0.1:8081, or the API Gateway's address. Without it: that of the 'ms up' which runs here." };
    private readonly Option<string?> keyFile = new("--key-file") { Description = $"The file that holds the operator's key. Without it: {KeyVariable}, or the key of the 'ms up' which runs here." };
    private readonly Option<string?> tokenFile = new("--token-file") { Description = $"The file that holds the operator's token (JWT), in place of a key. Without it: {TokenVariable}." };
    private readonly Func<string, string?> environment;
    private readonly StackOptions stack = new();

    internal AdminOptions(Func<string, string?>? environment = null) => this.environment = environment ?? Environment.GetEnvironmentVariable;

    internal void AddTo(Command command)
    {
        stack.AddTo(command);
        command.Options.Add(admin);
        command.Options.Add(keyFile);
        command.Options.Add(tokenFile);
    }

    /// <summary>The stack that is named.</summary>
    internal StackLocation Stack(ParseResult arguments) => stack.Read(arguments);

    /// <summary>The admin API.</summary>
    /// <exception cref="CommandException">None was named and none runs here, or there is no credential, or one that must not go there.</exception>
    internal AdminClient Open(ParseResult arguments)
    {
        var (address, credential) = Read(arguments);
        return new AdminClient(address, credential);
    }

    /// <summary>Where the admin API is, and what it is shown.</summary>
    /// <exception cref="CommandException">As <see cref="Open"/>.</exception>
    internal (Uri Address, OperatorCredential Credential) Read(ParseResult arguments)
    {
        var given = CredentialOf(arguments);
        if (arguments.GetValue(admin) is not { } text)
        {
            var running = RunningPlatform.Find(stack.Read(arguments));
            return (running.Admin, given ?? OperatorCredential.OfKey(Read(running.KeyFile, "key")));
        }

        if (!Uri.TryCreate(text, UriKind.Absolute, out var named) || named.Scheme is not ("http" or "https"))
            throw new CommandException(ExitCode.WrongInput, $"--admin: '{text}' is no http address, as in http://127.0.0.1:8081");
        if (given is null)
            throw new CommandException(ExitCode.WrongInput, $"with --admin there has to be the operator's key, in --key-file or {KeyVariable}, or token, in --token-file or {TokenVariable}");
        if (named is { Scheme: "http", IsLoopback: false })
            throw new CommandException(ExitCode.WrongInput, $"--admin: '{named}' is not this machine, and over http everybody on the way reads the credential; forward the port (kubectl port-forward), or use https");
        return (named, given);
    }

    // What was named on the command line goes before what the environment has.
    private OperatorCredential? CredentialOf(ParseResult arguments)
    {
        var (key, token) = (arguments.GetValue(keyFile), arguments.GetValue(tokenFile));
        if (key is not null && token is not null)
            throw new CommandException(ExitCode.WrongInput, "--key-file and --token-file: an operator shows one of the two");
        if (key is not null)
            return OperatorCredential.OfKey(Read(key, "key"));
        if (token is not null)
            return OperatorCredential.OfToken(Read(token, "token"));
        (key, token) = (environment(KeyVariable), environment(TokenVariable));
        if (key is { Length: > 0 } && token is { Length: > 0 })
            throw new CommandException(ExitCode.WrongInput, $"{KeyVariable} and {TokenVariable} are both set: an operator shows one of the two");
        return key is { Length: > 0 } ? OperatorCredential.OfKey(key) : token is { Length: > 0 } ? OperatorCredential.OfToken(token) : null;
    }

    private static string Read(string path, string what)
    {
        string text;
        try
        {
            text = File.ReadAllText(path).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCode.WrongInput, $"the operator's {what} can't be read: {e.Message}");
        }

        // What has a line's end in it is no header's value.
        return text.Length > 0 && text.All(static c => c is > ' ' and < '\x7f')
            ? text
            : throw new CommandException(ExitCode.WrongInput, $"{path} holds no {what}: it has to be one word");
    }
}
