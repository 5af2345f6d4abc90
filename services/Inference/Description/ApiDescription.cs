using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using ModelServing.Inference.Models;

namespace ModelServing.Inference.Description;

/// <summary>Answers with the description of this service in the form of OpenAPI: <c>openapi.json</c> in this folder, with the model's
/// inputs and outputs. A test checks it against what the routes do.</summary>
internal sealed class ApiDescription(VersionSettings settings, ModelDescription model)
{
    private static readonly JsonSerializerOptions Readable = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = true,
    };

    private byte[]? document;

    /// <summary>Answers a request for the document.</summary>
    internal Task AnswerAsync(HttpContext context)
    {
        if (model.Model is not { } loaded)
            return model.NotReadyAsync(context);
        // Two requests at the same time may both make it.
        document ??= Write(loaded);
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = document.Length;
        return context.Response.Body.WriteAsync(document, context.RequestAborted).AsTask();
    }

    private byte[] Write(LoadedModel loaded)
    {
        var text = Read().Replace("{model}", settings.Model.Text, StringComparison.Ordinal)
            .Replace("{version}", settings.Version.ToString(), StringComparison.Ordinal);
        var root = JsonNode.Parse(text)!.AsObject();
        var schemas = root["components"]!["schemas"]!.AsObject();
        var request = schemas["InferRequest"]!.AsObject();
        request["properties"]!["inputs"] = TensorSchemas.ListOf(loaded.RequestInputs, areInputs: true);
        if (TensorSchemas.Example(loaded.RequestInputs) is { } example)
            request["example"] = example;
        schemas["InferResponse"]!["properties"]!["outputs"] = TensorSchemas.ListOf(loaded.Outputs, areInputs: false);
        return Encoding.UTF8.GetBytes(root.ToJsonString(Readable) + "\n");
    }

    private static string Read()
    {
        using var reader = new StreamReader(typeof(ApiDescription).Assembly.GetManifestResourceStream("openapi.json")!);
        return reader.ReadToEnd();
    }
}
