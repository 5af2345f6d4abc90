using Google.Protobuf;
using ModelServing.OpenInference.Messages;

namespace ModelServing.Cli.Conformance.Rpc;

/// <summary>An inference request as a message.</summary>
internal sealed class RpcBody(string model)
{
    /// <summary>The message, to be changed.</summary>
    internal ModelInferRequest Message { get; } = new() { ModelName = model };

    /// <summary>Adds an input with typed contents.</summary>
    /// <param name="bytes">The elements as raw contents.</param>
    internal RpcBody Typed(string name, string datatype, long[] shape, byte[] bytes)
    {
        Input(name, datatype, shape).Contents = TypedForm.ToContents(datatype, bytes);
        return this;
    }

    /// <summary>Adds an input with raw contents.</summary>
    internal RpcBody Raw(string name, string datatype, long[] shape, byte[] bytes)
    {
        Input(name, datatype, shape);
        Message.RawInputContents.Add(ByteString.CopyFrom(bytes));
        return this;
    }

    internal RpcBody Output(string name)
    {
        Message.Outputs.Add(new ModelInferRequest.Types.InferRequestedOutputTensor { Name = name });
        return this;
    }

    /// <summary>Changes the message.</summary>
    internal RpcBody With(Action<ModelInferRequest> change)
    {
        change(Message);
        return this;
    }

    private ModelInferRequest.Types.InferInputTensor Input(string name, string datatype, long[] shape)
    {
        var input = new ModelInferRequest.Types.InferInputTensor { Name = name, Datatype = datatype, Shape = { shape } };
        Message.Inputs.Add(input);
        return input;
    }
}
