using Rlaif.Hosting;
using Rlaif.Judge;

await RlaifHost.Run(JudgeService.Module);
