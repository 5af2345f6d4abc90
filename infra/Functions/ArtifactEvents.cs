using System.Text.Json;
using ModelServing.Contracts;
using ModelServing.Contracts.Functions;
using Pulumi;
using Pulumi.Oci.Events.Inputs;
using Events = Pulumi.Oci.Events;
using OciFunctions = Pulumi.Oci.Functions;

namespace ModelServing.Infra.Functions;

/// <summary>The rule that calls ModelLoader when a version's manifest is stored. The manifest is stored last, so events of other objects
/// are not needed. Storing it under a new key and storing it again are two kinds of event.</summary>
internal static class ArtifactEvents
{
    internal const string Created = "com.oraclecloud.objectstorage.createobject";
    private const string Updated = "com.oraclecloud.objectstorage.updateobject";

    internal static void Add(Resource parent, string name, FunctionsArgs args, OciFunctions.Function modelLoader, InputMap<string> tags)
    {
        var call = new RuleActionsActionArgs
        {
            ActionType = "FAAS",
            FunctionId = modelLoader.Id,
            IsEnabled = true,
            Description = args.Names.NameOf(FunctionNames.NameOf(FunctionName.ModelLoader)),
        };
        _ = new Events.Rule($"{name}-manifests", new Events.RuleArgs
        {
            CompartmentId = args.CompartmentId,
            DisplayName = args.Names.NameOf("manifests"),
            Description = "Calls ModelLoader when a version's manifest is stored",
            IsEnabled = true,
            Condition = args.BucketName.Apply(Condition),
            Actions = new RuleActionsArgs { Action = [call] },
            FreeformTags = tags,
        }, new CustomResourceOptions { Parent = parent });
    }

    private static string Condition(string bucket) => JsonSerializer.Serialize(new
    {
        eventType = (string[])[Created, Updated],
        data = new
        {
            // '*' matches any characters, including '/'.
            resourceName = (string[])[$"{ArtifactKeys.Prefix}*/{ArtifactKeys.ManifestFile}"],
            additionalDetails = new { bucketName = (string[])[bucket] },
        },
    });
}
