#!/usr/bin/env dotnet
#:project ../../services/Client/Client.csproj
#:property PublishAot=false
#:property GenerateDocumentationFile=true

// Asks the model 'simple' for a sum and a difference, in each form of the protocol that the address has:
//
//     dotnet run docs/csharp/call.cs -- http://127.0.0.1:8080
//
// An API key goes into the environment variable MODELSERVING_KEY.

using ModelServing.OpenInference;
using ModelServing.OpenInference.Errors;
using ModelServing.OpenInference.Infer;
using ModelServing.OpenInference.Tensors;

if (args is not [var address, .. var formats])
{
    Console.Error.WriteLine("usage: call.cs ADDRESS [Json | Binary | Grpc]...");
    return 2;
}

int[] numbers = [.. Enumerable.Range(0, 16)];
int[] ones = [.. Enumerable.Repeat(1, 16)];
var request = new InferRequest(
    "simple",
    new InferInput("INPUT0", Tensor.From(numbers, 1, 16)),
    new InferInput("INPUT1", Tensor.From(ones, 1, 16)));
foreach (var format in formats is [] ? [WireFormat.Json, WireFormat.Binary] : formats.Select(Enum.Parse<WireFormat>))
{
    // A program keeps one client for as long as it runs.
    using var client = new OpenInferenceClient(new Uri(address), new()
    {
        Format = format,
        ApiKey = Environment.GetEnvironmentVariable("MODELSERVING_KEY"),
        Timeout = TimeSpan.FromSeconds(10),
    });
    try
    {
        var result = await client.InferAsync(request);
        Console.WriteLine($"{format}: version {result.Version}, variant {result.Headers.Variant}");
        foreach (var output in result.Outputs)
            Console.WriteLine($"  {output.Name} {string.Join(' ', output.Tensor.Elements<int>().ToArray())}");
    }
    catch (OpenInferenceException e)
    {
        Console.Error.WriteLine($"{format}: {e.Fault} after {e.Attempts} attempts: {e.Message}");
        return 1;
    }
}

return 0;
