using System.CommandLine;
using ModelServing.Contracts;
using ModelServing.Rollout;
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
        var json = new Option<bool>("--json") { Description = "Print the key and its hash as JSON." };
        var stack = new StackOptions();
        var command = new Command("new", """
            Make an API key for a client, print it once, and say how its hash gets into the stack file.

            The key is kept nowhere: who loses it makes another one. A client may have several keys, so that one can replace another without a
            pause. docs/clients.md has the whole.
            """)
        {
            client, role, json,
        };
        stack.AddTo(command);
        command.SetAction((arguments, _) => Terminal.RunAsync(arguments.GetValue(json), (terminal, _) =>
        {
            var location = stack.Of(arguments);
            var name = ParseName(arguments.GetValue(client)!);
            var wanted = arguments.GetValue(role) is { } text ? Enum.Parse<ClientRole>(text, ignoreCase: true) : (ClientRole?)null;
            var key = NewKey.Make(location.Name, location.Read().Settings, name, wanted);
            terminal.Result(key, key => Text(key, location.FileName));
            return Task.FromResult(ExitCode.Done);
        }));
        return command;
    }

    private static Rows Text(NewKey key, string file) => new([
        new UnbrokenLine(new Markup($"The key of the {key.Role} '{key.Client}'. It is shown once and kept nowhere:")),
        new UnbrokenLine(new Markup($"  [bold]{key.Key}[/]")),
        new UnbrokenLine(new Markup($"Its hash goes into {file}:")),
        .. key.Commands.Select(static command => new UnbrokenLine(new Text("  " + command))),
    ]);

    private static ModelName ParseName(string text) =>
        !ModelName.TryParse(text, null, out var name) ? throw new CommandException(ExitCode.WrongInput, $"'{text}' is not a client's name: {ModelName.Form}")
        : name.Text == ClientsMaker.OperatorOfThisMachine ? throw new CommandException(ExitCode.WrongInput, $"'{name}' is what 'ms up' calls itself; give the client another name")
        : name;
}
