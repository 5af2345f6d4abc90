using System.CommandLine;
using ModelServing.Contracts;
using ModelServing.Settings.Clients;
using ModelServing.Settings.Yaml;
using Spectre.Console;

namespace ModelServing.Cli.Keys;

/// <summary><c>ms keys</c>: API keys of clients.</summary>
internal static class KeysCommand
{
    internal static Command Create() => new("keys", "Manage the API keys of clients.") { CreateNew() };

    private static Command CreateNew()
    {
        var client = new Argument<string>("CLIENT") { Description = "The client's name." };
        var role = new Option<string?>("--role")
        {
            Description = "The client's role: caller, tester, reporter or operator. Default: its present role; a new client is a caller.",
        };
        role.AcceptOnlyFromAmong([.. Enum.GetValues<ClientRole>().Select(NewKey.Text)]);
        var write = new Option<bool>("--write")
        {
            Description = "Write the hash, and a changed role, into the stack file, and show the changes.",
        };
        var json = new Option<bool>("--json") { Description = "Print the key and its hash as JSON." };
        var stack = new StackOptions();
        var command = new Command("new", """
            Make an API key for a client and print it once, with what puts its hash into the stack file (or --write it there).

            The key itself is not stored; if it is lost, make a new one. A client may have several keys, so one can replace another without
            downtime. See docs/clients.md.
            """)
        {
            client, role, write, json,
        };
        stack.AddTo(command);
        command.SetAction((arguments, _) => Terminal.RunAsync(arguments.GetValue(json), (terminal, _) =>
        {
            var wanted = arguments.GetValue(role) is { } text ? Enum.Parse<ClientRole>(text, ignoreCase: true) : (ClientRole?)null;
            Make(terminal, stack.ReadRunning(arguments), ParseName(arguments.GetValue(client)!), wanted, arguments.GetValue(write));
            return Task.FromResult(ExitCode.Done);
        }));
        return command;
    }

    /// <summary>Makes a key and prints it, with <paramref name="write"/> only after its hash is in the stack file.</summary>
    /// <exception cref="CommandException">The stack file can't be read or changed; no key is printed.</exception>
    internal static void Make(Terminal terminal, StackLocation stack, ModelName client, ClientRole? role, bool write)
    {
        var file = stack.Read();
        var key = NewKey.Make(stack.Name, file, client, role);
        if (write)
            stack.Change(key.Edits);
        terminal.Result(key, key => new Rows([
            new TerminalLine(new Markup($"The key of the {key.Role} '{key.Client}'. It is shown once and not stored:")),
            new TerminalLine(new Markup($"  [bold]{key.Key}[/]")),
            new TerminalLine(new Markup(
                write ? $"{stack.FileName}: [bold]{key.Client}[/]"
                : key.Commands.Count > 0 ? $"To put its hash into {stack.FileName}:"
                : $"Add its hash to {stack.FileName} (with --write, the command does it):")),
            .. (write || key.Commands.Count == 0 ? key.Edits.Select(Describe) : key.Commands)
                .Select(static line => new TerminalLine(new Text("  " + line))),
            .. write
                ? [new TerminalLine(new Text(OwnCommand.In("A running 'ms up' applies this at once; in the cloud, run 'pulumi up'.")))]
                : (TerminalLine[])[],
        ]));
    }

    private static string Describe(StackEdit edit) => edit switch
    {
        StackEdit.Add add => $"{add.Setting}  + {add.Item}",
        StackEdit.Set set => $"{set.Setting}  {set.Value}",
        _ => $"{edit.Setting}  removed",
    };

    private static ModelName ParseName(string text) =>
        !ModelName.TryParse(
            text,
            null,
            out var name) ? throw new CommandException(ExitCode.WrongInput, $"'{text}' is not a client's name: {ModelName.Form}")
        : name.Text == ClientsMaker.OperatorOfThisMachine ? throw new CommandException(
            ExitCode.WrongInput,
            $"the name '{name}' is reserved for 'ms up' itself; choose another name")
        : name;
}
