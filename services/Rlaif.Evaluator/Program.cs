using Rlaif.Evaluator;
using Rlaif.Hosting;

await RlaifHost.Run(EvaluatorService.Module);
