using System.Text.Json;
using ModelServing.Contracts;
using ModelServing.Contracts.Functions;
using Pulumi;
using Pulumi.Oci.Events.Inputs;
using Events = Pulumi.Oci.Events;
using OciFunctions = Pulumi.Oci.Functions;

namespace ModelServing.Infra.Functions;

/// <summary>The rule by which ModelLoader hears of a version: its manifest was stored. It is stored last, so that the event of a model is
/// of no use; a name that was there before is another event than a new one.</summary>
internal static class ArtifactEvents
{
    private const string Created = "com.oraclecloud.objectstorage.createobject";
    private const string Updated = "com.oraclecloud.objectstorage.updateobject";

    internal static void Add(Resource parent, string name, FunctionsArgs args, OciFunctions.Function modelLoader, InputMap<string> tags) => _ = new Events.Rule($"{name}-manifests", new Events.RuleArgs
    {
        CompartmentId = args.CompartmentId,
        DisplayName = args.Names.NameOf("manifests"),
        Description = "Tells ModelLoader of a version whose manifest was stored",
        IsEnabled = true,
        Condition = args.BucketName.Apply(Condition),
        Actions = new RuleActionsArgs
        {
            Action =
            [
                new RuleActionsActionArgs { ActionType = "FAAS", FunctionId = modelLoader.Id, IsEnabled = true, Description = args.Names.NameOf(FunctionNames.NameOf(FunctionName.ModelLoader)) },
            ],
        },
        FreeformTags = tags,
    }, new CustomResourceOptions { Parent = parent });

    private static string Condition(string bucket) => JsonSerializer.Serialize(new
    {
        eventType = (string[])[Created, Updated],
        data = new
        {
            // '*' stands for any characters, '/' among them.
            resourceName = (string[])[$"{ArtifactKeys.Prefix}*/{ArtifactKeys.ManifestFile}"],
            additionalDetails = new { bucketName = (string[])[bucket] },
        },
    });
}
