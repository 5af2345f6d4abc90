using System.CommandLine;
using ModelServing.Settings.Schema;
using ModelServing.Settings.Views;

namespace ModelServing.Cli;

/// <summary><c>ms settings</c>: the reference of a stack file's settings, generated from their types.</summary>
internal static class SettingsCommand
{
    internal static Command Create()
    {
        var schema = new Option<bool>("--schema") { Description = "Print the JSON Schema for editors instead of Markdown." };
        var viewSchema = new Option<bool>("--view-schema") { Description = "Print the JSON Schema of a feature view's file." };
        var command = new Command("settings", "Print the reference of a stack file's settings, in Markdown.") { schema, viewSchema };
        command.SetAction((arguments, _) => Terminal.RunAsync(json: false, (_, _) =>
        {
            Console.Out.Write(arguments.GetValue(schema) ? SettingsReference.Schema()
                : arguments.GetValue(viewSchema) ? ViewSchema.Write()
                : SettingsReference.Markdown());
            return Task.FromResult(ExitCode.Done);
        }));
        return command;
    }
}
