using System.CommandLine;
using ModelServing.Settings.Schema;

namespace ModelServing.Cli;

/// <summary><c>ms settings</c>: the reference of a stack file's settings, generated from their types.</summary>
internal static class SettingsCommand
{
    internal static Command Create()
    {
        var schema = new Option<bool>("--schema") { Description = "Print the JSON Schema for editors instead of Markdown." };
        var command = new Command("settings", "Print the reference of a stack file's settings, in Markdown.") { schema };
        command.SetAction((arguments, _) => Terminal.RunAsync(json: false, (_, _) =>
        {
            Console.Out.Write(arguments.GetValue(schema) ? SettingsReference.Schema() : SettingsReference.Markdown());
            return Task.FromResult(ExitCode.Done);
        }));
        return command;
    }
}
