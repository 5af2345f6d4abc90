using System.CommandLine;
using ModelServing.Contracts;
using ModelServing.Settings.Clients;
using ModelServing.Settings.Yaml;
using Spectre.Console;

namespace ModelServing.Cli.Keys;

/// <summary><c>ms keys</c>: the API keys of clients.</summary>
internal static class KeysCommand
{
    internal static Command Create() => new("keys", "The API keys of clients.") { CreateNew() };

    private static Command CreateNew()
    {
        var client = new Argument<string>("client") { Description = "The client's name." };
        var role = new Option<string?>("--role") { Description = "What it may do: caller, tester or operator. Without it what it may now; a new client is a caller." };
        role.AcceptOnlyFromAmong([.. Enum.GetValues<ClientRole>().Select(NewKey.Text)]);
        var write = new Option<bool>("--write") { Description = "Write the hash, and the role where it is another, into the stack file, and show what was changed." };
        var json = new Option<bool>("--json") { Description = "Print the key and its hash as JSON." };
        var stack = new StackOptions();
        var command = new Command("new", """
            Make an API key for a client, print it once, and say how its hash gets into the stack file, or write it there.

            The key is kept nowhere: who loses it makes another one. A client may have several keys, so that one can replace another without a
            pause. docs/clients.md has the whole.
            """)
        {
            client, role, write, json,
        };
        stack.AddTo(command);
        command.SetAction((arguments, _) => Terminal.RunAsync(arguments.GetValue(json), (terminal, _) =>
        {
            var wanted = arguments.GetValue(role) is { } text ? Enum.Parse<ClientRole>(text, ignoreCase: true) : (ClientRole?)null;
            Make(terminal, stack.Read(arguments), ParseName(arguments.GetValue(client)!), wanted, arguments.GetValue(write));
            return Task.FromResult(ExitCode.Done);
        }));
        return command;
    }

    /// <summary>Makes a key, and prints it once its hash stands where it was to be written.</summary>
    /// <exception cref="CommandException">The stack file can't be read or changed; there is no key then.</exception>
    internal static void Make(Terminal terminal, StackLocation stack, ModelName client, ClientRole? role, bool write)
    {
        var file = stack.Read();
        var key = NewKey.Make(stack.Name, file.Settings, client, role);
        if (write)
            stack.Change(key.Edits);
        terminal.Result(key, key => new Rows([
            new UnbrokenLine(new Markup($"The key of the {key.Role} '{key.Client}'. It is shown once and kept nowhere:")),
            new UnbrokenLine(new Markup($"  [bold]{key.Key}[/]")),
            new UnbrokenLine(new Markup(write ? $"{stack.FileName}: [bold]{key.Client}[/]" : $"Its hash goes into {stack.FileName}:")),
            .. (write ? key.Edits.Select(Describe) : key.Commands).Select(static line => new UnbrokenLine(new Text("  " + line))),
            .. write ? [new UnbrokenLine(new Markup("A running 'ms up' applies it now; in the cloud 'pulumi up' does."))] : (UnbrokenLine[])[],
        ]));
    }

    private static string Describe(StackEdit edit) => edit switch
    {
        StackEdit.Add add => $"{add.Setting}  + {add.Item}",
        StackEdit.Set set => $"{set.Setting}  {set.Value}",
        _ => $"{edit.Setting}  gone",
    };

    private static ModelName ParseName(string text) =>
        !ModelName.TryParse(text, null, out var name) ? throw new CommandException(ExitCode.WrongInput, $"'{text}' is not a client's name: {ModelName.Form}")
        : name.Text == ClientsMaker.OperatorOfThisMachine ? throw new CommandException(ExitCode.WrongInput, $"'{name}' is what 'ms up' calls itself; give the client another name")
        : name;
}
